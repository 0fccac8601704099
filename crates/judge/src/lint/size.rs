//! Files that no exercise needs: too long, or nested so deeply that whoever reads them recursively runs out of stack.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The longest file that is read, in bytes. The longest exercise has a fiftieth of it.
pub(super) const LONGEST: usize = 256 << 10;

/// Brackets within brackets.
const DEEPEST: usize = 100;

/// Tokens of an expression or a type, those within brackets aside: each may be a level of its own.
const WIDEST: usize = 2_000;

/// Whether something in it is nested too deeply. This looks at it level by level and not recursively.
pub(super) fn is_too_deep(tokens: TokenStream) -> bool {
    let mut level = vec![tokens];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for stream in level {
            let mut run = 0;
            let mut tokens = stream.into_iter().peekable();
            while let Some(token) = tokens.next() {
                run += 1;
                if run > WIDEST {
                    return true;
                }
                let ends = match &token {
                    TokenTree::Punct(punct) => matches!(punct.as_char(), ';' | ','),
                    TokenTree::Group(group) => {
                        let goes_on = matches!(tokens.peek(), Some(TokenTree::Ident(word)) if *word == "else");
                        group.delimiter() == Delimiter::Brace && !goes_on
                    }
                    TokenTree::Ident(_) | TokenTree::Literal(_) => false,
                };
                if ends {
                    run = 0;
                }
                if let TokenTree::Group(group) = token {
                    next.push(group.stream());
                }
            }
        }
        if next.is_empty() {
            return false;
        }
        level = next;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(text: &str) -> bool {
        is_too_deep(text.parse().unwrap())
    }

    #[test]
    fn what_is_nested_too_deeply_is_found_whatever_it_is_nested_in() {
        let nested = |open: &str, close: &str, times: usize| {
            format!("fn f() {{ let x = {}1{}; }}", open.repeat(times), close.repeat(times))
        };
        for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")")] {
            assert!(!is_refused(&nested(open, close, 50)), "{open}");
            assert!(is_refused(&nested(open, close, 50_000)), "{open}");
        }
        for prefix in ["!", "- ", "&", "|x| ", "if a { b } else ", "A<"] {
            assert!(!is_refused(&nested(prefix, "", 50)), "{prefix}");
            assert!(is_refused(&nested(prefix, "", 50_000)), "{prefix}");
        }
    }

    #[test]
    fn long_files_and_lists_are_not_deep() {
        assert!(!is_refused(&"fn f(a: u8) -> u8 { a }\n".repeat(2_000)));
        assert!(!is_refused(&format!("const A: [u8; 9000] = [{}];", "1, ".repeat(9_000))));
        assert!(!is_refused(&format!("fn f() {{ match x {{ {} }} }}", "1 => { g() } ".repeat(2_000))));
    }
}
