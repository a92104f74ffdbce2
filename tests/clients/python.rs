//! ariadne-codegen: a typed client for Python.

use testkit::python;

use super::person::Person;
use super::{run, told};

#[tokio::test(flavor = "multi_thread")]
async fn ariadne_codegen() {
    let person = Person::new().await;
    told(move || {
        let mut story = python::python("story.py");
        run(story.args(person.arguments()), python::MISSING)
    })
    .await;
}
