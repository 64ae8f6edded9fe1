//! The attribute of `wasm-embedded-hal`, which re-exports it: use it from there.

use proc_macro::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// What the attribute belongs on.
const EXPECTED: &str = "`#[wasm_embedded_hal::main]` belongs on `async fn main()`, which takes no arguments";

/// Makes an `async fn main` the start of a guest with std.
///
/// The function may return whatever a blocking `main` may. The component exports `wasm-embedded:hal/entry` beside `wasi:cli/run`,
/// and needs a host with asynchronous calls. A guest without std uses `wasm_embedded_hal::async_entry!` instead.
///
/// ```ignore
/// use embedded_hal_async::delay::DelayNs;
///
/// #[wasm_embedded_hal::main]
/// async fn main() -> Result<(), wasm_embedded_hal::Error> {
///     wasm_embedded_hal::Delay.delay_ms(1).await;
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let expanded = if arguments.is_empty() { expand(function) } else { None };
    // A string literal of the message, with its backticks, needs no escapes.
    expanded.unwrap_or_else(|| tokens(&format!("::core::compile_error!(\"{EXPECTED}\");")))
}

/// Puts the function into a blocking one that runs it, and adds the asynchronous entry.
fn expand(function: TokenStream) -> Option<TokenStream> {
    let parts: Vec<TokenTree> = function.into_iter().collect();
    let (TokenTree::Group(body), signature) = parts.split_last()? else { return None };
    let name = 1 + signature.iter().position(|part| is_word(part, "fn"))?;
    let is_async = signature.iter().take(name).any(|part| is_word(part, "async"));
    let TokenTree::Group(arguments) = signature.get(name + 1)? else { return None };
    if !is_async
        || !is_word(signature.get(name)?, "main")
        || !arguments.stream().is_empty()
        || body.delimiter() != Delimiter::Brace
    {
        return None;
    }
    let mut start = tokens("fn main()");
    start.extend(signature.get(name + 2..)?.iter().cloned());
    // Under another name, since there is one `main`.
    let mut inner = parts.clone();
    *inner.get_mut(name)? = TokenTree::Ident(Ident::new("run", parts.get(name)?.span()));
    let mut inside: TokenStream = inner.into_iter().collect();
    inside.extend(tokens("::wasm_embedded_hal::block_on(run())"));
    start.extend([TokenTree::from(Group::new(Delimiter::Brace, inside))]);
    start.extend(tokens("::wasm_embedded_hal::async_start!();"));
    Some(start)
}

fn is_word(part: &TokenTree, word: &str) -> bool {
    matches!(part, TokenTree::Ident(ident) if ident.to_string() == word)
}

/// Returns the tokens of a text of ours.
fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}
