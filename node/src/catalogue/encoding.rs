//! Text as offices save it.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_8};

/// Text in UTF-8, with its mark or without, or in GB18030, which includes GBK and GB2312.
pub(crate) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    [UTF_8, GB18030].into_iter().find_map(|it| it.decode_without_bom_handling_and_without_replacement(bytes))
}
