#![no_main]

tollgate_fuzz::target!("config", "config.dict");
