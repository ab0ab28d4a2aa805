//! Trust.
pub mod evidence;
