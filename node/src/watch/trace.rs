//! The id of a request, which goes with every question to a peer: W3C Trace Context, so that other programs' tools follow it
//! too. A case's own id is its dossier: it outlives every request.

use std::fmt;

use tongban_core::dossier::suite::{hex, unhex};
use tracing::Instrument as _;

/// Header of the standard.
pub const TRACEPARENT: &str = "traceparent";
/// Header that proxies and people know.
pub const REQUEST_ID: &str = "x-request-id";

tokio::task_local! {
    static CURRENT: Trace;
}

/// Sixteen bytes, written as 32 hexadecimal digits. Nothing else is taken from outside: what stands in logs is no place for
/// anybody's words.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trace([u8; 16]);

impl Trace {
    /// A new one.
    pub fn fresh() -> Trace {
        Trace(rand::random())
    }

    /// Goes on with the id of a request if it has one: by the standard, or a UUID or 32 digits of a proxy.
    pub fn of(traceparent: Option<&str>, request_id: Option<&str>) -> Trace {
        let given = traceparent.and_then(Trace::from_traceparent);
        given.or_else(|| request_id.and_then(Trace::from_request_id)).unwrap_or_else(Trace::fresh)
    }

    /// `00-` 32 digits `-` 16 digits `-` 2 digits; a later version may say more behind.
    fn from_traceparent(text: &str) -> Option<Trace> {
        let mut parts = text.trim().split('-');
        let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // The standard writes small letters only.
        let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let shaped = (version.len(), id.len(), parent.len(), flags.len()) == (2, 32, 16, 2);
        let more = parts.next().is_some();
        let meant = version != "ff" && !(version == "00" && more) && parent.bytes().any(|digit| digit != b'0');
        if !shaped || !meant || ![version, id, parent, flags].into_iter().all(is_hex) {
            return None;
        }
        Trace::from_digits(id)
    }

    fn from_request_id(text: &str) -> Option<Trace> {
        let text = text.trim();
        let dashes: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
        match (text.len(), &dashes[..]) {
            (32, []) => Trace::from_digits(&text.to_ascii_lowercase()),
            (36, [8, 13, 18, 23]) => Trace::from_digits(&text.replace('-', "").to_ascii_lowercase()),
            _ => None,
        }
    }

    fn from_digits(digits: &str) -> Option<Trace> {
        let bytes: [u8; 16] = unhex(digits)?.try_into().ok()?;
        (bytes != [0; 16]).then_some(Trace(bytes))
    }

    /// The header that hands it on.
    pub fn traceparent(&self) -> String {
        format!("00-{self}-{}-01", hex(&rand::random::<[u8; 8]>()))
    }

    /// Works under this id: the span's lines carry it, and so do the questions to peers.
    pub async fn scope<T>(self, span: tracing::Span, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work.instrument(span)).await
    }

    /// The id of what is under way; a new one if there is none.
    pub fn current() -> Trace {
        CURRENT.try_with(|trace| *trace).unwrap_or_else(|_| Trace::fresh())
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn an_id_is_gone_on_with_in_each_of_its_forms() {
        let header = format!("00-{ID}-00f067aa0ba902b7-01");
        assert_eq!(Trace::of(Some(&header), None).to_string(), ID);
        assert_eq!(
            Trace::of(Some(&format!("cc-{ID}-00f067aa0ba902b7-01-more")), None).to_string(),
            ID.to_owned(),
            "later"
        );
        assert_eq!(Trace::of(None, Some(ID)).to_string(), ID);
        assert_eq!(Trace::of(None, Some("4BF92F35-77B3-4DA6-A3CE-929D0E0E4736")).to_string(), ID);
        assert_eq!(Trace::of(Some(&header), Some("00000000000000000000000000000001")).to_string(), ID);
        let on = Trace::of(Some(&header), None).traceparent();
        assert_eq!(Trace::of(Some(&on), None).to_string(), ID);
        assert_ne!(on, header, "every step has a name of its own");
    }

    #[test]
    fn nothing_else_is_taken_from_outside() {
        for header in [
            "",
            "00",
            &format!("00-{ID}-0000000000000000-01"),
            &format!("ff-{ID}-00f067aa0ba902b7-01"),
            &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            &format!("00-{}-00f067aa0ba902b7-01", ID.to_uppercase()),
            &format!("00-{ID}-00f067aa0ba902b7-01-more"),
        ] {
            assert_ne!(Trace::of(Some(header), None).to_string(), ID, "{header}");
        }
        for id in [
            "99900219720229103X",
            "10000010016",
            "张三",
            &ID[1..],
            &"0".repeat(32),
            "4bf92f35-77b34da6-a3ce-929d-0e0e47360000",
        ] {
            let (one, other) = (Trace::of(None, Some(id)).to_string(), Trace::of(None, Some(id)).to_string());
            assert!(one != other && !one.contains(id), "{id}: {one}");
        }
    }
}
