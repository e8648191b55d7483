//! Harnesses that stand in for a person with a phone.
