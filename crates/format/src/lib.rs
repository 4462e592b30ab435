//! Records to bytes: text, pattern, JSON, XML, logfmt, CSV, GELF, ECS.
