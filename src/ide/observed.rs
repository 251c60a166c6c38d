//! What conditions saw on the newest snapshots, for hints, lenses and expressions that somebody asks about.
