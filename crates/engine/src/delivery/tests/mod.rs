//! Tests of delivery with real threads and little fake destinations.
