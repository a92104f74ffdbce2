//! The commands beside `serve`.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use tempfile::tempdir;

use crate::TASKHIVE;

/// What a command prints that must not fail.
fn printed(arguments: &[&str]) -> String {
    let directory = tempdir().unwrap();
    let output = TASKHIVE.outcome(directory.path(), &[], arguments);
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        0,
        "nothing was made"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_schema_file_is_what_the_code_says() {
    let file =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    assert!(printed(&["schema"]) == file, "run `make generated`");
}

#[test]
fn everything_in_the_schema_is_described() {
    let schema = Schema::parse_and_validate(printed(&["schema"]), "schema.graphql").unwrap();
    let mut silent = Vec::new();
    let mut check = |name: String, described: bool| {
        if !described {
            silent.push(name);
        }
    };
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        check(name.to_string(), ty.description().is_some());
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::InputObject(input) => {
                for (field, input) in &input.fields {
                    check(format!("{name}.{field}"), input.description.is_some());
                }
                continue;
            }
            ExtendedType::Enum(values) => {
                for (value, definition) in &values.values {
                    check(format!("{name}.{value}"), definition.description.is_some());
                }
                continue;
            }
            _ => continue,
        };
        for (field, definition) in fields {
            check(format!("{name}.{field}"), definition.description.is_some());
            for argument in &definition.arguments {
                check(
                    format!("{name}.{field}({})", argument.name),
                    argument.description.is_some(),
                );
            }
        }
    }
    for (name, directive) in schema
        .directive_definitions
        .iter()
        .filter(|(_, directive)| !directive.is_built_in())
    {
        check(format!("@{name}"), directive.description.is_some());
    }
    assert!(silent.is_empty(), "no description: {silent:?}");
}

#[test]
fn the_database_can_be_prepared_beforehand_and_twice() {
    let directory = tempdir().unwrap();
    let first = TASKHIVE.outcome(directory.path(), &[], &["migrate"]);
    let log = String::from_utf8(first.stderr).unwrap();
    assert!(
        first.status.success() && log.contains("brought up to date"),
        "{log}"
    );
    assert!(directory.path().join("taskhive.db").exists());
    assert!(
        !directory.path().join("taskhive.secret").exists(),
        "only serving needs one"
    );
    let second = TASKHIVE.outcome(directory.path(), &[], &["migrate"]);
    assert!(second.status.success());
    assert!(
        !String::from_utf8(second.stderr)
            .unwrap()
            .contains("brought up to date")
    );
}

#[test]
fn the_settings_are_printed_in_two_forms_and_mistyped_commands_explained() {
    assert!(printed(&["settings"]).contains("\n# DATABASE_URL=sqlite://taskhive.db\n"));
    assert!(printed(&["settings", "--markdown"]).starts_with("| setting |"));
    assert!(printed(&["--help"]).contains("migrate"));
    let directory = tempdir().unwrap();
    let output = TASKHIVE.outcome(directory.path(), &[], &["sereve"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("sereve"));
}

#[test]
fn whoever_reads_only_the_beginning_gets_no_complaint() {
    let directory = tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = TASKHIVE.command(directory.path(), &[]);
    let output = command.arg("schema").stdout(writer).output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}
