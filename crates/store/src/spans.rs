//! Which spans end and which begin when a customer's next snapshot is stored: pure, so that it can be tested alone.
//!
//! Documents of a kind are kept in an order. Each open span has a position, a number with gaps to its neighbours;
//! what is the same as before keeps its span, and what is new gets a position between its neighbours'.

use crate::documents::CanonicalDocument;
use policytab_domain::snapshot::DocumentKind;
use std::collections::{BTreeMap, HashMap};

/// The gap between two documents that came together. Halved by each document that comes in between later on.
const GAP: i64 = 1 << 20;

/// A document that the newest snapshot has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) kind: DocumentKind,
    pub(crate) position: i64,
    pub(crate) object_id: String,
    pub(crate) display_name: String,
    pub(crate) beta_only: bool,
    pub(crate) sha256: [u8; 32],
}

impl Open {
    fn key(&self) -> Key<'_> {
        (&self.object_id, &self.display_name, self.beta_only, &self.sha256)
    }
}

type Key<'a> = (&'a str, &'a str, bool, &'a [u8; 32]);

fn key(document: &CanonicalDocument) -> Key<'_> {
    (&document.object_id, &document.display_name, document.beta_only, &document.sha256)
}

/// What has to be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change<'a> {
    /// Spans that end, by kind: their positions.
    pub(crate) ended: BTreeMap<DocumentKind, Vec<i64>>,
    /// Spans that begin.
    pub(crate) begun: Vec<(i64, &'a CanonicalDocument)>,
}

/// From what the newest snapshot has (in any order) to what the next one has.
pub(crate) fn change<'a>(open: &[Open], next: &'a [CanonicalDocument]) -> Change<'a> {
    let mut change = Change::default();
    for kind in DocumentKind::ALL {
        let mut old: Vec<&Open> = open.iter().filter(|o| o.kind == kind).collect();
        old.sort_unstable_by_key(|o| o.position);
        let new: Vec<_> = next.iter().filter(|d| d.kind == kind).collect();
        let kept = keep(&old, &new);
        let placed = place(&kept);
        // No room left between two neighbours: all begin anew, with the full gaps.
        let (kept, placed) = match placed {
            Some(placed) => (kept, placed),
            None => {
                let none = vec![None; new.len()];
                let placed = place(&none).unwrap_or_default();
                (none, placed)
            }
        };
        let ended: Vec<i64> =
            old.iter().map(|o| o.position).filter(|position| !kept.contains(&Some(*position))).collect();
        if !ended.is_empty() {
            change.ended.insert(kind, ended);
        }
        let begun = kept.iter().zip(placed).zip(new).filter(|((kept, _), _)| kept.is_none());
        change.begun.extend(begun.map(|((_, position), document)| (position, document)));
    }
    change
}

/// For each new document the position of the same one among the old, as long as those positions rise.
fn keep(old: &[&Open], new: &[&CanonicalDocument]) -> Vec<Option<i64>> {
    let mut known: HashMap<Key<'_>, Vec<i64>> = HashMap::new();
    for open in old.iter().rev() {
        known.entry(open.key()).or_default().push(open.position);
    }
    let mut last = i64::MIN;
    new.iter()
        .map(|document| {
            let positions = known.get_mut(&key(document))?;
            while let Some(position) = positions.pop() {
                if position > last {
                    last = position;
                    return Some(position);
                }
            }
            None
        })
        .collect()
}

/// Positions for all, those that are kept as they are; `None` where there is no room.
fn place(kept: &[Option<i64>]) -> Option<Vec<i64>> {
    let mut placed = Vec::with_capacity(kept.len());
    let mut left = 0_i64;
    let mut rest = kept;
    while !rest.is_empty() {
        let run = rest.iter().take_while(|k| k.is_none()).count();
        let count = i64::try_from(run).ok()?;
        let right = rest.get(run).copied().flatten();
        let gap = match right {
            Some(right) => right.checked_sub(left)? / (count + 1),
            None => GAP,
        };
        if gap == 0 {
            return None;
        }
        placed.extend((1..=count).map(|n| left + n * gap));
        if let Some(right) = right {
            placed.push(right);
            left = right;
        }
        rest = rest.get(run + 1..).unwrap_or_default();
    }
    Some(placed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn document(kind: DocumentKind, name: u8) -> CanonicalDocument {
        CanonicalDocument {
            kind,
            object_id: format!("id {}", name / 3),
            display_name: format!("name {name}"),
            beta_only: false,
            sha256: [name; 32],
            normal_sha256: None,
            bytes: Vec::new(),
        }
    }

    /// Applies a change as the database does.
    fn apply(open: &mut Vec<Open>, change: &Change<'_>) {
        open.retain(|o| !change.ended.get(&o.kind).is_some_and(|ended| ended.contains(&o.position)));
        open.extend(change.begun.iter().map(|(position, d)| Open {
            kind: d.kind,
            position: *position,
            object_id: d.object_id.clone(),
            display_name: d.display_name.clone(),
            beta_only: d.beta_only,
            sha256: d.sha256,
        }));
        open.sort_by_key(|o| (o.kind, o.position));
    }

    fn names(kind: DocumentKind, open: &[Open]) -> Vec<u8> {
        open.iter().filter(|o| o.kind == kind).map(|o| o.sha256[0]).collect()
    }

    fn documents(policies: &[u8], locations: &[u8]) -> Vec<CanonicalDocument> {
        let of = |kind, names: &[u8]| names.iter().map(move |n| document(kind, *n)).collect::<Vec<_>>();
        [of(DocumentKind::Policy, policies), of(DocumentKind::NamedLocation, locations)].concat()
    }

    proptest! {
        #[test]
        fn whatever_comes_next_is_read_back_in_its_order(
            nights in prop::collection::vec((prop::collection::vec(0_u8..12, 0..10), prop::collection::vec(0_u8..4, 0..4)), 1..12)
        ) {
            let mut open = Vec::new();
            for (policies, locations) in nights {
                let next = documents(&policies, &locations);
                let made = change(&open, &next);
                apply(&mut open, &made);
                prop_assert_eq!(names(DocumentKind::Policy, &open), policies);
                prop_assert_eq!(names(DocumentKind::NamedLocation, &open), locations);
                let mut positions: Vec<_> = open.iter().map(|o| (o.kind, o.position)).collect();
                positions.dedup();
                prop_assert_eq!(positions.len(), open.len());
                // The same once more is nothing to write.
                prop_assert_eq!(change(&open, &next), Change::default());
            }
        }
    }

    #[test]
    fn one_change_is_one_row() {
        let mut open = Vec::new();
        let first = documents(&[1, 2, 3, 4, 5], &[]);
        apply(&mut open, &change(&[], &first));
        for next in [vec![1, 2, 9, 4, 5], vec![1, 2, 9, 4, 5, 6], vec![0, 1, 2, 9, 4, 5, 6]] {
            let next = documents(&next, &[]);
            let made = change(&open, &next);
            assert_eq!(made.begun.len(), 1);
            let before = open.clone();
            apply(&mut open, &change(&before, &next));
        }
        let next = documents(&[0, 1, 9, 4, 5, 6], &[]);
        let made = change(&open, &next);
        assert_eq!((made.begun.len(), made.ended[&DocumentKind::Policy].len()), (0, 1));
    }

    #[test]
    fn where_there_is_no_room_all_begin_anew() {
        let mut open = Vec::new();
        let mut names_now = vec![1, 2];
        apply(&mut open, &change(&[], &documents(&names_now, &[])));
        // Always right behind the first: each halves what is left of the gap.
        for name in 3..60 {
            names_now.insert(1, name);
            let next = documents(&names_now, &[]);
            let before = open.clone();
            apply(&mut open, &change(&before, &next));
            assert_eq!(names(DocumentKind::Policy, &open), names_now);
        }
    }
}
