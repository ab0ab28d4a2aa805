//! tmp
mod figures;
mod load;
mod prepare;
