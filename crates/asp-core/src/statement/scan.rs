//! One pass over received bytes.
