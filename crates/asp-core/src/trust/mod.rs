//! Trust.
mod fixed;
mod quantile;
