#![no_main]

tollgate_fuzz::target!("format", "policy.dict");
