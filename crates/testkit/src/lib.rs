//! Recording and faulty destinations, a fake clock and the conformance suite for tracework.
