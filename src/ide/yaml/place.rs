//! What is at a byte of a YAML text, and what could begin there.

use super::{SlotContent, SlotId, SlotLayout, SlotName, YamlSlot, YamlText};

/// What is at a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YamlPlace {
    /// In a key, or right behind it.
    Key(SlotId),
    /// In a scalar or right behind it, or on the line of a key or dash that has no value yet.
    Value(SlotId),
    /// On the line of a scalar without quotes, with nothing but blanks between.
    Behind(SlotId),
    /// Where something could begin.
    Blank {
        /// A slot with a map that could get a key here, or with a list between brackets that could get an element, or one
        /// without a value that could get one.
        inside: Option<SlotId>,
        /// A slot with a list that could get a dash here, or one that could begin one.
        listed: Option<SlotId>,
    },
    Nothing,
}

impl YamlText<'_> {
    /// What is at a byte.
    pub fn place(&self, offset: usize) -> YamlPlace {
        let offset = self.text.floor_char_boundary(offset);
        let after = self.slots.partition_point(|slot| slot.start <= offset);
        let Some(last) = after.checked_sub(1).map(SlotId) else { return YamlPlace::Nothing };
        let comment = self.comments.partition_point(|comment| comment.start < offset).checked_sub(1);
        let comment = comment.and_then(|at| self.comments.get(at));
        if comment.is_some_and(|comment| offset <= comment.end) {
            return YamlPlace::Nothing;
        }
        let slot = self.slot(last);
        if slot.key_at().is_some_and(|key| key.start <= offset && offset <= key.end) {
            return YamlPlace::Key(last);
        }
        if slot.content == SlotContent::Scalar && slot.value.start <= offset && offset <= slot.value.end {
            return YamlPlace::Value(last);
        }
        if slot.content == SlotContent::Scalar && self.is_behind(slot, offset) {
            return YamlPlace::Behind(last);
        }
        if self.is_awaited(slot, offset) {
            return YamlPlace::Value(last);
        }
        match self.outward(last).find(|id| self.is_in_flow(*id, offset)) {
            Some(flow) => self.in_flow(flow, last, offset),
            None => self.in_lines(last, offset),
        }
    }

    fn between(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or("")
    }

    fn is_behind(&self, slot: &YamlSlot<'_>, offset: usize) -> bool {
        let is_quoted = self.between(slot.value.start, slot.value.end).starts_with(['"', '\'']);
        let is_blank = |byte| matches!(byte, b' ' | b'\t');
        !is_quoted && slot.value.end < offset && self.between(slot.value.end, offset).bytes().all(is_blank)
    }

    /// Whether a value could begin at a byte, on the line of the colon or dash.
    fn is_awaited(&self, slot: &YamlSlot<'_>, offset: usize) -> bool {
        let can_have = match slot.name {
            SlotName::Document => false,
            SlotName::Element(_) => true,
            SlotName::Key { colon, .. } => colon,
        };
        let is_behind = slot.content == SlotContent::Missing && slot.value.start <= offset;
        can_have
            && is_behind
            && self.between(slot.value.start, offset).bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    fn is_in_flow(&self, id: SlotId, offset: usize) -> bool {
        let slot = self.slot(id);
        let Some(SlotLayout::Flow { is_closed }) = slot.content.layout() else { return false };
        if slot.value.start >= offset {
            return false;
        }
        if is_closed || offset < slot.value.end {
            return offset < slot.value.end;
        }
        let behind = self.between(slot.value.end, offset);
        // In lines, it would have to be further in than what it is in.
        let indents = self.outward(id).skip(1).find_map(|id| match self.slot(id).content.layout()? {
            SlotLayout::Lines(indent) => Some(indent),
            SlotLayout::Flow { .. } => None,
        });
        let column = behind.rfind('\n').map(|end| behind.len() - end - 1);
        behind.bytes().all(|byte| byte.is_ascii_whitespace() || byte == b',')
            && column.is_none_or(|column| indents.is_none_or(|indent| column > indent))
    }

    fn in_flow(&self, flow: SlotId, last: SlotId, offset: usize) -> YamlPlace {
        match self.between(0, offset).trim_end().bytes().next_back() {
            Some(b',' | b'[' | b'{') => YamlPlace::Blank { inside: Some(flow), listed: None },
            Some(b':') if self.slot(last).content == SlotContent::Missing => YamlPlace::Value(last),
            _ => YamlPlace::Nothing,
        }
    }

    /// By the column of a place in a line that is blank.
    fn in_lines(&self, last: SlotId, offset: usize) -> YamlPlace {
        let start = self.between(0, offset).rfind('\n').map_or(0, |end| end + 1);
        let rest = self.between(offset, self.text.len()).lines().next().unwrap_or("");
        let before = self.between(start, offset).trim_start_matches('\u{feff}');
        if !before.trim_ascii().is_empty()
            || !(rest.trim_ascii().is_empty() || rest.trim_start().starts_with('#'))
        {
            return YamlPlace::Nothing;
        }
        let column = before.len();
        let (mut inside, mut listed) = (None, None);
        for id in self.outward(last) {
            let slot = self.slot(id);
            let around = slot.inside.and_then(|outer| self.slot(outer).content.layout());
            match (slot.content, around) {
                (SlotContent::Missing, None) => inside = Some(id),
                (SlotContent::Missing, Some(SlotLayout::Lines(indent))) if indent < column => {
                    inside = Some(id)
                }
                (SlotContent::Missing, Some(SlotLayout::Lines(indent))) if indent == column => {
                    listed = slot.key().map(|_| id);
                }
                (SlotContent::Map(SlotLayout::Lines(indent)), _) if indent == column => inside = Some(id),
                (SlotContent::List(SlotLayout::Lines(indent)), _) if indent == column => listed = Some(id),
                (
                    SlotContent::Map(SlotLayout::Lines(indent))
                    | SlotContent::List(SlotLayout::Lines(indent)),
                    _,
                ) if indent < column => {
                    break;
                }
                (
                    SlotContent::Missing | SlotContent::Scalar | SlotContent::List(_) | SlotContent::Map(_),
                    _,
                ) => {}
            }
            if inside.is_some() {
                break;
            }
        }
        if inside.is_none() && listed.is_none() {
            YamlPlace::Nothing
        } else {
            YamlPlace::Blank { inside, listed }
        }
    }
}
