//! Harnesses that stand in for a person with a phone, and programs of others that check ours.
pub mod clouds;
pub mod devices;
pub mod fault_proxy;
pub mod fixtures;
pub mod look;
pub mod outside;
pub mod phone;
pub mod push_server;
pub mod python;
pub mod servers;
pub mod time_server;
