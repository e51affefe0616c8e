//! A report as it is kept: without what the reference catalog says of its checks whatever a tenant's policies are. That
//! is the same in every report, a third of it, and put back when the report is read.
//!
//! Where a later catalog words a check otherwise, a report that was kept before shows the later words; what was found is
//! the report's own.

use super::Report;
use crate::catalog::checks;
use serde_json::Value;

impl Report {
    /// The report as it is kept: an object in which the catalog's words are empty.
    ///
    /// # Errors
    /// None that a report of ours can cause.
    pub fn to_stored(&self) -> Result<Value, serde_json::Error> {
        let mut report = self.clone();
        report.exchange(Way::Out);
        serde_json::to_value(report)
    }

    /// Reads a report that was kept.
    ///
    /// # Errors
    /// When it is no report.
    pub fn from_stored(stored: Value) -> Result<Self, serde_json::Error> {
        let mut report: Self = serde_json::from_value(stored)?;
        report.exchange(Way::Back);
        Ok(report)
    }

    fn exchange(&mut self, way: Way) {
        for check in checks() {
            for view in self.checks.iter_mut().filter(|view| view.id == check.id) {
                way.exchange(&mut view.family, check.family.to_owned());
                way.exchange(&mut view.title, check.title.to_owned());
                way.exchange(&mut view.frameworks, check.framework_texts());
            }
            for finding in self.findings.iter_mut().filter(|f| f.check.as_deref() == Some(check.id)) {
                way.exchange(&mut finding.remedy, check.remedy_text());
                way.exchange(&mut finding.frameworks, check.framework_texts());
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Way {
    Out,
    Back,
}

impl Way {
    fn exchange<T: Default + PartialEq>(self, words: &mut T, catalog: T) {
        let (from, to) = match self {
            Self::Out => (catalog, T::default()),
            Self::Back => (T::default(), catalog),
        };
        if *words == from {
            *words = to;
        }
    }
}
