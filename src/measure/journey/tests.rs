//! Journeys of scripted facts.
