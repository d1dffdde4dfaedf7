//! Error screens.
