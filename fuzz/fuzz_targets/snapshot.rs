#![no_main]

tollgate_fuzz::target!("snapshot", "yaml.dict");
