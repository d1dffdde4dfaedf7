//! Whether a strategy kept what it owes.
