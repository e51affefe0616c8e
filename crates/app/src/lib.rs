//! Use cases and job handlers: connect, import, compare, library, fleet.
