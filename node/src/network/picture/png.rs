//! A picture as points, for programs that do not read SVG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{FontResolver, Group, Node, Options, Tree};

/// Why there is no PNG.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngFault {
    /// No font has a character of the picture.
    #[error(
        "no font of this machine has the character {0}. Install one with Chinese characters, such as Noto Sans CJK SC \
         (package fonts-noto-cjk), or write the picture as .svg"
    )]
    Font(char),
    /// The SVG is not one.
    #[error("the picture cannot be read: {0}. Write it as .svg")]
    Svg(String),
    /// There are too many points.
    #[error("the picture is too large for PNG. Take a smaller --width, or write it as .svg")]
    Size,
}

impl PngFault {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            PngFault::Font(_) => "font-missing",
            PngFault::Svg(_) => "picture-unreadable",
            PngFault::Size => "picture-too-large",
        }
    }
}

/// Makes a PNG of a picture, `scale` points for each of its pixels, with the fonts of the machine.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, PngFault> {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    with_fonts(svg, scale, fonts)
}

fn with_fonts(svg: &str, scale: f32, fonts: Database) -> Result<Vec<u8>, PngFault> {
    let chosen = FontResolver::default_font_selector();
    let font_resolver = FontResolver {
        // Where none of the fonts that are named is there, any: its gaps are filled from the others.
        select_font: Box::new(move |font, fonts| {
            chosen(font, fonts).or_else(|| fonts.faces().next().map(|face| face.id))
        }),
        ..FontResolver::default()
    };
    let fontless = fonts.is_empty();
    let options = Options { font_resolver, fontdb: Arc::new(fonts), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| PngFault::Svg(error.to_string()))?;
    let missing = if fontless { first_character(svg) } else { missing(tree.root()) };
    if let Some(character) = missing {
        return Err(PngFault::Font(character));
    }
    let size = tree.size().to_int_size().scale_by(scale).ok_or(PngFault::Size)?;
    let mut points = Pixmap::new(size.width(), size.height()).ok_or(PngFault::Size)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut points.as_mut());
    points.encode_png().map_err(|error| PngFault::Svg(error.to_string()))
}

/// The first character for which there was no glyph.
fn missing(group: &Group) -> Option<char> {
    group.children().iter().find_map(|node| match node {
        Node::Group(group) => missing(group),
        Node::Text(text) => {
            let glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
            let mut absent = glyphs.filter(|glyph| glyph.id.0 == 0);
            absent.find_map(|glyph| glyph.text.chars().find(|c| !c.is_whitespace()))
        }
        _ => None,
    })
}

/// The first character of a text of the picture.
fn first_character(svg: &str) -> Option<char> {
    let text = svg.split("<text").nth(1)?;
    text.split_once('>')?.1.chars().find(|c| !c.is_whitespace() && *c != '<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_fonts_it_says_so_and_without_text_needs_none() {
        let svg =
            |body: &str| format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">{body}</svg>"#);
        let fault = with_fonts(&svg("<text>通办</text>"), 1.0, Database::new()).unwrap_err();
        assert_eq!(fault, PngFault::Font('通'));
        let bytes = with_fonts(&svg("<circle r=\"3\"/>"), 2.0, Database::new()).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
        assert_eq!(png("nothing", 1.0).unwrap_err().code(), "picture-unreadable");
    }
}
