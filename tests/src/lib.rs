//! Harnesses that stand in for a person with a phone.
pub mod fixtures;
pub mod outside;
pub mod phone;
