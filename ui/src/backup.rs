//! The backup in the window: the ways to its places, work that lasts, what it says of itself, and when it runs by itself.

pub(crate) mod automatic;
pub(crate) mod differences;
pub(crate) mod places;
pub(crate) mod run;
pub(crate) mod trouble;
pub(crate) mod work;
