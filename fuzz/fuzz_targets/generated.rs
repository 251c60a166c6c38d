#![no_main]

tollgate_fuzz::target!("generated", "policy.dict");
