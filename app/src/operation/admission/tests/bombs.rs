//! Documents made to cost much: each is refused, and as what.

use super::super::RefusalKind::{Syntax, TooComplex, Validation};
use super::{admit, gate, refused_as, series};
use serde_json::json;

/// Fragments that each spread the next one several times.
fn chain(links: usize, spreads: usize) -> String {
    let mut source = String::from("{...F0}");
    for link in 0..links {
        let body = format!("...F{} ", link + 1).repeat(spreads);
        source = source + "fragment F" + &link.to_string() + " on Query{" + body.trim_end() + "}";
    }
    source + &format!("fragment F{links} on Query{{__typename}}")
}

#[test]
fn nesting_is_refused_before_any_parser_sees_it() {
    for (open, close) in [("[", "]"), ("{a:", "}"), ("[{a:[", "]}]")] {
        let value = format!("{}1{}", open.repeat(700), close.repeat(700));
        for source in [
            format!("{{task(id:{value})}}"),
            format!("query($v:ID={value}){{me{{id}}}}"),
            format!("{{me@include(if:{value}){{id}}}}"),
            format!("query($v:{value}){{me{{id}}}}"),
        ] {
            refused_as(TooComplex, &source);
        }
    }
    for bracket in ["{", "[", "(", "{a", "{...{", "{a(b:"] {
        refused_as(TooComplex, &bracket.repeat(16_000 / bracket.len()));
    }
    refused_as(
        TooComplex,
        &format!(
            "query($v:{}ID{}){{me{{id}}}}",
            "[".repeat(65),
            "]".repeat(65)
        ),
    );
}

#[test]
fn nesting_ends_at_the_limit() {
    let nested = |levels: usize| {
        format!(
            "{{me{{id{}{}}}}}",
            "...{id".repeat(levels),
            "}".repeat(levels)
        )
    };
    assert!(admit(&nested(62), json!({})).is_ok());
    refused_as(TooComplex, &nested(63));
}

#[test]
fn nesting_through_fragments_counts_too() {
    refused_as(TooComplex, &chain(70, 1));
    assert!(admit(&chain(60, 1), json!({})).is_ok());
}

#[test]
fn brackets_in_strings_and_comments_do_not_count_and_hide_nothing() {
    let brackets = "[{(".repeat(100);
    let hidden = [
        format!("{{task(id:\"{brackets}\"){{id}}}}"),
        format!("{{task(id:\"\\\"{brackets}\"){{id}}}}"),
        format!("{{task(id:\"\"\"{brackets}\n\\\"\"\"{brackets}\"\"\"){{id}}}}"),
        format!("#{brackets}\n{{me{{id}}}}"),
        format!("#{brackets}\r{{me{{id}}}}"),
    ];
    for source in hidden {
        assert!(admit(&source, json!({})).is_ok(), "{source}");
    }
    for source in [
        format!("{{task(id:\"\n{brackets}"),
        format!("#\r{brackets}"),
        format!("{{task(id:\"\"{brackets}"),
        format!("{{task(id:\"\\\\\"{brackets}"),
        format!("{{task(id:\"\"\"a\"\"\"{brackets}"),
    ] {
        refused_as(TooComplex, &source);
    }
    refused_as(Syntax, &format!("{{task(id:\"{brackets}"));
    refused_as(Syntax, &format!("{{task(id:\"\"\"{brackets}"));
}

#[test]
fn fragment_bombs_are_counted_not_expanded() {
    for (links, spreads) in [(20, 2), (25, 2), (7, 8), (5, 16), (12, 3)] {
        let source = chain(links, spreads);
        refused_as(TooComplex, &source);
    }
    let below_me = |links| {
        chain(links, 2)
            .replace("on Query", "on User")
            .replacen("{...F0}", "{me{...F0}}", 1)
    };
    assert!(admit(&below_me(9), json!({})).is_ok(), "513 fields");
    refused_as(TooComplex, &below_me(10));
}

#[test]
fn bombs_in_operations_and_fragments_nobody_asked_for_count() {
    let bomb = chain(12, 2).replacen("{...F0}", "query Bomb{...F0}", 1);
    let refusal = gate().admit(
        &format!("query Small{{me{{id}}}}{bomb}"),
        Some("Small"),
        json!({}).as_object().cloned().unwrap_or_default(),
    );
    assert_eq!(refusal.expect_err("a bomb").kind, TooComplex);
    let unused = chain(12, 2).replacen("{...F0}", "{me{id}}", 1);
    refused_as(TooComplex, &unused);
}

#[test]
fn cycles_are_refused_by_validation() {
    refused_as(Validation, "{...A} fragment A on Query{...A}");
    refused_as(
        Validation,
        "{...A} fragment A on Query{...B ...B} fragment B on Query{...A ...A}",
    );
    refused_as(
        Validation,
        "{me{id}} fragment A on Query{...B} fragment B on Query{...A}",
    );
    refused_as(Validation, "{me{...U}} fragment U on User{id ...{...U}}");
    let mut ring = series(40, |link| {
        format!(
            "fragment F{link} on Query{{...F{} ...F{}}}",
            (link + 1) % 40,
            (link + 7) % 40
        )
    });
    ring.push_str("{...F0}");
    refused_as(Validation, &ring);
}

#[test]
fn floods_are_counted() {
    let aliases = series(31, |n| format!("a{n}:id "));
    refused_as(TooComplex, &format!("{{me{{{aliases}}}}}"));
    refused_as(
        TooComplex,
        &format!("{{me{{{}}}}}", "id@include(if:true)".repeat(51)),
    );
    refused_as(
        TooComplex,
        &format!("{{me{{id{}}}}}", "@include(if:true)".repeat(6)),
    );
    refused_as(TooComplex, &format!("{{me{{id{}}}}}", "@x".repeat(6)));
    refused_as(TooComplex, &format!("{{{}}}", "__typename ".repeat(21)));
    refused_as(TooComplex, &format!("{{me{{{}}}}}", "id ".repeat(1000)));
    refused_as(
        TooComplex,
        &format!("{{task(id:[{}]){{id}}}}", "1 ".repeat(1000)),
    );
    refused_as(
        TooComplex,
        &format!("{{me{{id}}}}{}", " ".repeat(16 * 1024)),
    );
    refused_as(
        TooComplex,
        &format!("#{}\n{{me{{id}}}}", "x".repeat(16 * 1024)),
    );
    let mutations = series(11, |n| format!("m{n}:logout{{success}}"));
    refused_as(TooComplex, &format!("mutation{{{mutations}}}"));
}

#[test]
fn odd_bytes_are_answered() {
    refused_as(Syntax, "");
    refused_as(Syntax, "   ,,, \u{feff}");
    refused_as(Syntax, "# only a comment");
    refused_as(Syntax, "\0");
    refused_as(Syntax, "{me{id}}\0");
    refused_as(Syntax, "{mé{id}}");
    refused_as(Syntax, "{me{id}}\u{2028}");
    refused_as(Syntax, "{task(id:\"\u{7}\n\"){id}}");
    assert!(admit("\u{feff}{me{id}}", json!({})).is_ok());
    assert!(admit("{task(id:\"\u{1F600}\"){id}} # \u{1F600}", json!({})).is_ok());
    refused_as(Syntax, &"\"".repeat(900));
    refused_as(Syntax, &"@".repeat(900));
    refused_as(Syntax, &"....".repeat(400));
}

#[test]
fn fields_nest_to_the_limit() {
    let deep = |levels: usize| {
        let (open, close) = ("ofType{".repeat(levels), "}".repeat(levels));
        format!("{{__type(name:\"Task\"){{{open}name{close}}}}}")
    };
    assert!(admit(&deep(14), json!({})).is_ok());
    refused_as(TooComplex, &deep(15));
    let through = "{__type(name:\"Task\"){...A}} fragment A on __Type{ofType{ofType{ofType{ofType{...B}}}}}
        fragment B on __Type{ofType{ofType{ofType{ofType{...C}}}}} fragment C on __Type{ofType{ofType{";
    assert!(
        admit(
            &format!("{through} ofType{{ofType{{ofType{{ofType{{name}}}}}}}}}}}}}}"),
            json!({})
        )
        .is_ok()
    );
    refused_as(
        TooComplex,
        &format!("{through} ofType{{ofType{{ofType{{ofType{{ofType{{name}}}}}}}}}}}}}}}}"),
    );
}

#[test]
fn introspection_may_not_circle() {
    let look = |levels: usize| {
        format!(
            "{{__schema{{types{{{}name{}}}}}}}",
            "fields{type{".repeat(levels),
            "}}".repeat(levels)
        )
    };
    assert!(admit(&look(2), json!({})).is_ok());
    refused_as(TooComplex, &look(3));
    refused_as(
        TooComplex,
        "{__type(name:\"Task\"){fields{type{fields{type{fields{type{fields{name}}}}}}}}}",
    );
    let wide = "fragment T on __Type{fields{type{fields{args{name description defaultValue type{name kind ofType{name kind ofType{name}}}}}}}}";
    refused_as(TooComplex, &format!("{{__schema{{types{{...T}}}}}}{wide}"));
    let often = series(20, |n| {
        format!("a{n}:__schema{{types{{fields{{args{{...V}}}}}}}}")
    });
    refused_as(
        TooComplex,
        &format!(
            "{{{often}}} fragment V on __InputValue{{name description defaultValue type{{kind name ofType{{kind name ofType{{kind name}}}}}}}}"
        ),
    );
}
