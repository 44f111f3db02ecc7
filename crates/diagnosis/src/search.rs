//! The search: the text is made with one mistake, then with two, then with three of the usual ones,
//! signed, and compared with the signature that was given.
//!
//! A text has a head (the address) and a body (the query), which are made apart and then put
//! together with each other and with every way of signing. So two mistakes in different parts cost
//! a signature and no more, and how a signature is written down costs nothing: what was given is
//! read in every way once ([`crate::target`]). What is tried in all is bounded by [`Work`].

use crate::{
    Cause, Detail, Found, mask,
    signing::{Signer, Signing},
    target::Target,
};

/// How far a mistake is tried together with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// By itself only: one of very many.
    Alone,
    /// With any other.
    Pairs,
    /// With two others as well: it is usual.
    Triples,
}

/// A cause, and what of the input it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) cause: &'static Cause,
    pub(crate) detail: Option<String>,
}

impl Mistake {
    pub(crate) fn of(cause: &'static Cause) -> Self {
        Self { cause, detail: None }
    }
}

/// A mistake and what it does to a `T`.
pub(crate) struct Deviation<T> {
    mistake: Mistake,
    /// Two deviations of one slot exclude each other.
    slot: &'static str,
    reach: Reach,
    change: Box<dyn Fn(&mut T)>,
}

impl<T> Deviation<T> {
    /// It is tried with two others.
    pub(crate) fn usual(&mut self) -> &mut Self {
        self.reach = Reach::Triples;
        self
    }

    /// It is tried by itself only.
    pub(crate) fn alone(&mut self) -> &mut Self {
        self.reach = Reach::Alone;
        self
    }

    /// What of the input it is about: names, a host, a spelling; never a value.
    pub(crate) fn about(&mut self, detail: impl Into<String>) -> &mut Self {
        self.mistake.detail = Some(mask::plain(&detail.into()));
        self
    }
}

/// The mistakes that can be made with a `T`, the more usual first.
pub(crate) struct Menu<T>(Vec<Deviation<T>>);

impl<T> Default for Menu<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Menu<T> {
    pub(crate) fn add(
        &mut self,
        cause: &'static Cause,
        slot: &'static str,
        change: impl Fn(&mut T) + 'static,
    ) -> &mut Deviation<T> {
        let at = self.0.len();
        let change = Box::new(change);
        self.0.push(Deviation { mistake: Mistake::of(cause), slot, reach: Reach::Pairs, change });
        &mut self.0[at]
    }

    /// Calls `made` with every value that `count` mistakes make of a right one.
    fn each(
        &self,
        right: &[T],
        count: usize,
        least: Reach,
        mut made: impl FnMut(T, &[usize]) -> bool,
    ) {
        let reaching = |one: &usize| self.0[*one].reach >= least;
        let all: Vec<usize> = (0..self.0.len()).filter(reaching).collect();
        for right in right {
            if count == 0 && !made(right.clone(), &[]) {
                return;
            }
            for (place, first) in all.iter().enumerate().filter(|_| count > 0) {
                let mut one = right.clone();
                (self.0[*first].change)(&mut one);
                if count == 1 {
                    if !made(one, &[*first]) {
                        return;
                    }
                    continue;
                }
                let others = all[place + 1..].iter();
                for second in others.filter(|other| self.0[**other].slot != self.0[*first].slot) {
                    let mut two = one.clone();
                    (self.0[*second].change)(&mut two);
                    if !made(two, &[*first, *second]) {
                        return;
                    }
                }
            }
        }
    }
}

/// A body as it was made.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    /// Whether it is the whole text, with no head before it.
    pub(crate) whole: bool,
}

/// How a text is made of its two parts.
pub(crate) trait Recipe {
    /// What stands before the body, and how the two are put together.
    type Head: Clone + PartialEq;
    /// What the body is made of.
    type Body: Clone;

    /// The bytes of the body; `None` where a mistake cannot be made with this input.
    fn body(&self, body: &Self::Body) -> Option<Written>;
    /// Appends head and body; false where a mistake cannot be made with this input.
    fn text(&self, head: &Self::Head, body: &[u8], text: &mut Vec<u8>) -> bool;
}

/// A bound for what a search may cost, in bytes that are made and hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work(pub usize);

impl Work {
    /// For a person who has asked and waits: about a second.
    pub const THOROUGH: Self = Self(384 << 20);
    /// For a program that explains what it refuses: about a quarter of a second. It is enough for
    /// every two mistakes of an API call with ordinary parameters.
    pub const QUICK: Self = Self(48 << 20);

    /// Whether there is enough for one more signature over so many bytes.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        // Short texts cost two hashes of a block or two each.
        let cost = bytes + 256;
        let enough = self.0 >= cost;
        self.0 = self.0.saturating_sub(cost);
        enough
    }
}

/// What is searched in.
pub(crate) struct Search<'a, R: Recipe> {
    pub(crate) recipe: R,
    /// The right heads: two where the protocol has two readings.
    pub(crate) heads: Vec<R::Head>,
    pub(crate) head_menu: Menu<R::Head>,
    /// Heads that are tried late, because there are very many.
    pub(crate) last_heads: Box<dyn Iterator<Item = (R::Head, Mistake)> + 'a>,
    pub(crate) body: R::Body,
    pub(crate) body_menu: Menu<R::Body>,
    pub(crate) signings: Vec<(Signing, Mistake, Reach)>,
    pub(crate) key: Vec<u8>,
    pub(crate) targets: Vec<Target>,
}

/// What fits: the mistakes, and the text that was signed.
pub(crate) struct Fit {
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) text: Vec<u8>,
}

/// How many explanations are shown; more would be no help.
const SHOWN: usize = 4;
/// What is said when the search ended before everything was tried.
pub(crate) const ENDED: &str =
    "It is long, so that not every two mistakes together could be tried.";

struct Piece<V> {
    value: V,
    mistakes: Vec<usize>,
}

impl<R: Recipe> Search<'_, R> {
    /// Everything with the fewest mistakes that makes the signature.
    pub(crate) fn run(&mut self, work: &mut Work) -> Vec<Fit> {
        if self.targets.is_empty() {
            return Vec::new();
        }
        for count in 0..=2 {
            let fits = self.level(count, work);
            if !fits.is_empty() {
                return fits;
            }
        }
        // One mistake of very many is likelier than three of the usual ones.
        let fits = self.last(work);
        if fits.is_empty() { self.level(3, work) } else { fits }
    }

    /// Everything that `count` mistakes make, not counting those of writing it down.
    fn level(&self, count: usize, work: &mut Work) -> Vec<Fit> {
        let least = match count {
            0 | 1 => Reach::Alone,
            2 => Reach::Pairs,
            _ => Reach::Triples,
        };
        let mut fits = Vec::new();
        for signing in 0..=count.min(2) {
            let signers = self.signers(signing, least);
            for body in 0..=(count - signing).min(2) {
                let head = count - signing - body;
                if head <= 2 && !signers.is_empty() {
                    self.combine((head, body), &signers, least, work, &mut fits);
                }
            }
        }
        fits
    }

    fn signers(&self, count: usize, least: Reach) -> Vec<(Signer, Vec<usize>)> {
        let fits =
            |signing: &Signing| self.targets.iter().any(|target| target.may_be(signing.length()));
        let right = Signing::right(&self.key);
        let all: Vec<_> =
            (0..self.signings.len()).filter(|at| self.signings[*at].2 >= least).collect();
        let mut signers = Vec::new();
        match count {
            0 => signers.push((right, Vec::new())),
            1 => signers.extend(all.iter().map(|at| (self.signings[*at].0.clone(), vec![*at]))),
            _ => {
                for (place, one) in all.iter().enumerate() {
                    for two in &all[place + 1..] {
                        let pair = self.signings[*one].0.with(&self.signings[*two].0);
                        signers.extend(pair.map(|pair| (pair, vec![*one, *two])));
                    }
                }
            }
        }
        signers.retain(|(signing, _)| fits(signing));
        signers.into_iter().map(|(signing, made)| (signing.ready(), made)).collect()
    }

    fn combine(
        &self,
        (heads, bodies): (usize, usize),
        signers: &[(Signer, Vec<usize>)],
        least: Reach,
        work: &mut Work,
        fits: &mut Vec<Fit>,
    ) {
        let mut made: Vec<Piece<R::Head>> = Vec::new();
        self.head_menu.each(&self.heads, heads, least, |value, mistakes| {
            if heads == 0 || !self.heads.contains(&value) {
                made.push(Piece { value, mistakes: mistakes.to_vec() });
            }
            true
        });
        let Some(right) = self.recipe.body(&self.body) else { return };
        let mut text = Vec::new();
        self.body_menu.each(std::slice::from_ref(&self.body), bodies, least, |body, mistakes| {
            let Some(body) = self.recipe.body(&body) else { return true };
            if bodies > 0 && body.bytes == right.bytes && !body.whole {
                return work.take(body.bytes.len());
            }
            for head in made.iter().take(if body.whole { 1 } else { usize::MAX }) {
                text.clear();
                if body.whole && heads == 0 {
                    text.extend(&body.bytes);
                } else if body.whole || !self.recipe.text(&head.value, &body.bytes, &mut text) {
                    continue;
                }
                for (signer, signing) in signers {
                    if !work.take(text.len()) {
                        return false;
                    }
                    let digest = signer.digest(&text);
                    for target in self.targets.iter().filter(|target| target.is(&digest)) {
                        let parts = [&head.mistakes[..], mistakes, signing];
                        fits.push(self.fit(parts, target, text.clone()));
                    }
                }
            }
            true
        });
    }

    fn fit(&self, [heads, bodies, signings]: [&[usize]; 3], target: &Target, text: Vec<u8>) -> Fit {
        let heads = heads.iter().map(|at| self.head_menu.0[*at].mistake.clone());
        let bodies = bodies.iter().map(|at| self.body_menu.0[*at].mistake.clone());
        let signings = signings.iter().map(|at| self.signings[*at].1.clone());
        let written = target.causes.iter().map(|cause| Mistake::of(cause));
        Fit { mistakes: heads.chain(bodies).chain(signings).chain(written).collect(), text }
    }

    fn last(&mut self, work: &mut Work) -> Vec<Fit> {
        let Some(body) = self.recipe.body(&self.body) else { return Vec::new() };
        let signer = Signing::right(&self.key).ready();
        let mut text = Vec::new();
        for (head, mistake) in &mut self.last_heads {
            text.clear();
            if !self.recipe.text(&head, &body.bytes, &mut text) {
                continue;
            }
            if !work.take(text.len()) {
                break;
            }
            let digest = signer.digest(&text);
            if let Some(target) = self.targets.iter().find(|target| target.is(&digest)) {
                let written = target.causes.iter().map(|cause| Mistake::of(cause));
                let mistakes = std::iter::once(mistake).chain(written).collect();
                return vec![Fit { mistakes, text }];
            }
        }
        Vec::new()
    }
}

/// The explanations for people: each set of causes once, the shortest first, and the rest by name.
pub(crate) fn told(fits: Vec<Fit>, rights: &[Vec<u8>], hide: &mask::Hidden) -> Vec<Found> {
    let fewest = fits.iter().map(|fit| fit.mistakes.len()).min().unwrap_or_default();
    let mut told: Vec<Found> = Vec::new();
    for fit in fits.into_iter().filter(|fit| fit.mistakes.len() == fewest) {
        let mut causes: Vec<&'static Cause> = Vec::new();
        let mut details = Vec::new();
        for mistake in fit.mistakes {
            if !causes.contains(&mistake.cause) {
                causes.push(mistake.cause);
                let detail = |about| Detail { cause: mistake.cause.id, about };
                details.extend(mistake.detail.map(detail));
            }
        }
        causes.sort_by_key(|cause| cause.step);
        if causes.is_empty() || told.iter().any(|known| known.causes == causes) {
            continue;
        }
        let signed_text = (!rights.contains(&fit.text)).then(|| hide.masked(&fit.text));
        if told.len() < SHOWN {
            told.push(Found { causes, details, signed_text, same_here: Vec::new() });
        } else if let Some(last) = told.last_mut() {
            let new = causes.iter().map(|cause| cause.id);
            let new: Vec<_> = new.filter(|id| !last.same_here.contains(id)).collect();
            last.same_here.extend(new);
        }
    }
    told
}
