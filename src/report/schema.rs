//! The schema of everything that is printed as JSON, made from the types, and held against the file that is shipped.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use schemars::generate::SchemaSettings;

    use crate::report::impact::ImpactReport;
    use crate::report::overview::{Listed, ParamRow, RuleRow};
    use crate::report::plan::PlanReport;
    use crate::report::sweep::SweepReport;
    use crate::report::testing::TestReport;
    use crate::report::{History, LintReport, Report};

    /// The report of `check`; those of the other commands are among the definitions.
    fn schema() -> String {
        let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        generator.subschema_for::<History>();
        generator.subschema_for::<ImpactReport>();
        generator.subschema_for::<SweepReport>();
        generator.subschema_for::<LintReport>();
        generator.subschema_for::<PlanReport>();
        generator.subschema_for::<TestReport>();
        generator.subschema_for::<Listed<'_, ParamRow>>();
        generator.subschema_for::<Listed<'_, RuleRow>>();
        let schema = generator.into_root_schema_for::<Report>();
        serde_json::to_string_pretty(&schema).unwrap() + "\n"
    }

    #[test]
    fn the_schema_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/report.schema.json");
        let made = schema();
        if std::env::var_os("TOLLGATE_BLESS").is_some() {
            assert!(std::env::var_os("CI").is_none(), "nothing is blessed where CI is set");
            fs::write(&path, &made).unwrap();
        }
        let shipped = fs::read_to_string(&path).unwrap_or_default();
        assert!(shipped == made, "{} is no longer what the types say: `just bless`", path.display());
    }
}
