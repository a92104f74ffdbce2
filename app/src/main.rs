//! stub
fn main() {
    print!("{}", taskhive::graphql::sdl());
}
