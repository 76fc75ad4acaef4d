//! One installation of Tongban (通办): portal, window desk, authority desk, exchange, command line.
//!
//! The pure part, with all rules, is [`tongban_core`]. Here are the effects: [`store`] holds all SQL, [`peer`] and [`web`]
//! know HTTP and not each other.

pub mod app;
pub mod bench;
pub mod beside;
pub mod catalogue;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod directory;
pub mod error;
pub mod key;
pub mod limits;
pub mod network;
pub mod peer;
pub mod search;
pub mod serve;
pub mod service;
pub mod store;
pub mod text;
mod tls;
pub mod watch;
pub mod web;
mod work;
