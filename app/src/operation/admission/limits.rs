//! How much one document may ask for. Only the numbers; who counts what is in `scan`, `expansion` and `cost`.

/// What a document may hold at most. The defaults are those of the public contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Length of the document in bytes.
    pub document_bytes: usize,
    /// How deep `[`, `{` and `(` may nest in the text, and selection sets once fragments are inlined. It bounds the stack
    /// of everything that recurses over a document later.
    pub nesting: usize,
    /// Lexical tokens: names, numbers, strings and punctuators. White space, commas and comments are free.
    pub tokens: usize,
    /// Fields of all operations together, every fragment counted each time it is spread.
    pub expanded_fields: usize,
    /// Aliases, counted like fields.
    pub aliases: usize,
    /// Root fields of one operation, counted like fields.
    pub root_fields: usize,
    /// Root fields of one mutation, counted like fields.
    pub mutations: usize,
    /// Directives written in the document.
    pub directives: usize,
    /// Directives written at one place.
    pub directives_per_field: usize,
    /// How deep fields may nest. The standard introspection query nests 15.
    pub depth: usize,
    /// Fields that may be resolved, where those below a page count once per item asked for.
    pub complexity: u64,
    /// How many lists may lie inside one another below `__schema` or `__type`. The standard introspection query needs 3.
    pub introspection_lists: usize,
    /// Introspection fields of one operation, where those below a list count ten times. The standard introspection
    /// query needs 60 % of it.
    pub introspection_cost: u64,
    /// Validated documents that are kept, about.
    pub cached_documents: usize,
    /// Estimated memory of the documents that are kept.
    pub cached_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 16 * 1024,
            nesting: 64,
            tokens: 1000,
            expanded_fields: 1000,
            aliases: 30,
            root_fields: 20,
            mutations: 10,
            directives: 50,
            directives_per_field: 5,
            depth: 16,
            complexity: 3000,
            introspection_lists: 3,
            introspection_cost: 100_000,
            cached_documents: 1000,
            cached_bytes: 16 * 1024 * 1024,
        }
    }
}
