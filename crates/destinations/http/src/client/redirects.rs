//! Which redirects are followed.

use super::Guard;
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};

/// What becomes of a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Follow,
    /// The answer is taken as it is.
    Stay,
    /// It must not be followed, and why.
    Refuse(String),
}

/// What is asked of redirects.
#[derive(Clone, Debug)]
pub(super) struct Redirects {
    pub(super) most: usize,
    pub(super) guard: Guard,
    /// Does something go along that another host must not see?
    pub(super) secrets: bool,
}

impl Redirects {
    pub(super) fn policy(self) -> Policy {
        if self.most == 0 {
            return Policy::none();
        }
        Policy::custom(move |attempt| {
            let from = attempt.previous().last().cloned();
            match self.decide(attempt.status(), from.as_ref(), attempt.url(), attempt.previous().len()) {
                Step::Follow => attempt.follow(),
                Step::Stay => attempt.stop(),
                Step::Refuse(why) => attempt.error(why),
            }
        })
    }

    /// What becomes of a redirect with `status` to `to`, the one after `before` requests.
    fn decide(&self, status: StatusCode, from: Option<&Url>, to: &Url, before: usize) -> Step {
        if !matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
            return Step::Stay;
        }
        let refuse = |why: &str| Step::Refuse(format!("the server redirects to {}, {why}", crate::settings::shown(to)));
        if before > self.most {
            return refuse("and `redirects` are used up");
        }
        if !matches!(to.scheme(), "http" | "https") {
            return refuse("which is no HTTP");
        }
        let Some(from) = from else { return refuse("from nowhere") };
        if from.scheme() == "https" && to.scheme() == "http" {
            return refuse("where nothing is encrypted");
        }
        if self.secrets
            && (from.host_str(), from.port_or_known_default()) != (to.host_str(), to.port_or_known_default())
        {
            let upgraded = from.host_str() == to.host_str() && to.scheme() == "https" && from.scheme() == "http";
            if !upgraded {
                return refuse("another host, which must not see the headers of this one");
            }
        }
        match self.guard.literal(to) {
            Ok(()) => Step::Follow,
            Err(error) => Step::Refuse(format!("the server redirects inside: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracework_net::Reach;

    fn decide(secrets: bool, status: u16, from: &str, to: &str, before: usize) -> Step {
        let redirects = Redirects { most: 2, guard: Guard { reach: Reach::Public, allowed: Vec::new() }, secrets };
        let url = |text: &str| Url::parse(text).expect("a URL");
        redirects.decide(StatusCode::from_u16(status).expect("a status"), Some(&url(from)), &url(to), before)
    }

    #[test]
    fn only_what_keeps_the_body_is_followed_and_only_so_often() {
        let from = "https://a.example/x";
        for (status, followed) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
            let step = decide(false, status, from, "https://b.example/y", 1);
            assert_eq!(step, if followed { Step::Follow } else { Step::Stay }, "{status}");
        }
        assert_eq!(decide(false, 307, from, "https://b.example/y", 2), Step::Follow);
        assert!(matches!(decide(false, 307, from, "https://b.example/y", 3), Step::Refuse(_)));
    }

    #[test]
    fn none_leads_inside_or_where_less_is_hidden() {
        for to in [
            "http://169.254.169.254/latest/meta-data",
            "http://127.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[fd00::1]/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://10.0.0.1:9200/",
        ] {
            let step = decide(false, 307, "http://a.example/", to, 1);
            assert!(matches!(&step, Step::Refuse(why) if why.contains("inside")), "{to}: {step:?}");
        }
        for to in ["http://a.example/", "ftp://a.example/", "file:///etc/passwd"] {
            assert!(matches!(decide(false, 307, "https://a.example/", to, 1), Step::Refuse(_)), "{to}");
        }
    }

    #[test]
    fn headers_of_ours_go_to_no_other_host() {
        let to = |to: &str| decide(true, 308, "http://a.example/x", to, 1);
        assert!(matches!(to("http://b.example/x"), Step::Refuse(_)));
        assert!(matches!(to("http://a.example:8080/x"), Step::Refuse(_)));
        assert_eq!(to("http://a.example/y"), Step::Follow);
        assert_eq!(to("https://a.example/x"), Step::Follow);
    }
}
