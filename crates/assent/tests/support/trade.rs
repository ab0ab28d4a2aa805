//! Two organisations that bargain by commands.

use super::{Served, User};

const BUYER: &str = "acme.example/buyer";
const VENDOR: &str = "volt.example/sales";

/// A buyer and a vendor at a node.
pub struct Trade {
    pub buyer: User,
    pub vendor: User,
    pub node: Served,
    pub folder: tempfile::TempDir,
}

impl Trade {
    /// Both registered, with a consent, at a node that is served with further arguments.
    pub fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start_with(&folder.path().join("data"), more);
        let users = [("acme", BUYER), ("volt", VENDOR)].map(|(name, agent)| {
            let mut user = User::new(&folder.path().join(name), &node.url);
            user.run(&["init", "--org", &format!("{name}.example"), "--agent", agent]).with_code(0);
            user.done(&["org", "register"]);
            user.done(&["agent", "register", agent, "--capability", "provision.compute.gpu"]);
            user
        });
        let [mut buyer, mut vendor] = users;
        let asked = ["consent", "request", "--with", "volt.example", "--capability", "provision.compute"];
        let consent = buyer.done(&asked);
        vendor.done(&["consent", "grant", consent["id"].as_str().unwrap()]);
        Self { buyer, vendor, node, folder }
    }

    /// A session whose invitation is accepted; `more` goes with the invitation.
    pub fn open(&mut self, more: &[&str]) -> String {
        let about = ["session", "open", "--with", VENDOR, "--capability", "provision.compute.gpu"];
        let words = ["--purpose", "secret words", "--invitation-time", "10m"];
        let opened = self.buyer.done(&[&about[..], &words, more].concat());
        let session = opened["id"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
        self.vendor.done(&["session", "say", &session, "accept"]);
        session
    }

    /// 200, 300, then 240, on which they agree; the vendor tries to answer its own offer on the way.
    pub fn bargain(&mut self, more: &[&str]) -> String {
        let session = self.open(more);
        let buy = |price: &'static str| ["--buy", "GPU hours", "--price", price, "--firm"];
        self.buyer.done(&[&["session", "say", &session, "propose"][..], &buy("200 USD")].concat());
        let sell = ["--sell", "GPU hours", "--price", "300 USD", "--firm"];
        self.vendor.done(&[&["session", "say", &session, "counter"][..], &sell].concat());
        let own = self.vendor.done(&["session", "show", &session])["offers"][0].clone();
        let (offer, terms) =
            (own["id"].as_str().unwrap(), own["packages"].as_object().unwrap().keys().next().unwrap());
        let refused = ["session", "say", &session, "accept", "--reply-to", offer, "--terms", terms];
        self.vendor.run(&refused).with_code(1);
        self.buyer.done(&[&["session", "say", &session, "counter"][..], &buy("240 USD")].concat());
        self.vendor.done(&["session", "say", &session, "accept"]);
        session
    }
}
