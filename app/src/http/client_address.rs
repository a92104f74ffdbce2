//! Whose request it is: the address of the socket, or, behind trusted proxies, the one they saw.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;

use super::peer::Peer;

/// Every proxy adds whom it heard from at the right.
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// Networks whose word about their clients is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl ClientAddress {
    /// The address that was found for this request before a router got it.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or_default()
    }
}

/// Unknown: all such clients together count as one.
impl Default for ClientAddress {
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

impl TrustedProxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Who sent this request.
    pub(crate) fn client_of(&self, peer: &Peer, headers: &HeaderMap) -> ClientAddress {
        ClientAddress(self.client(peer.address.ip(), headers))
    }

    /// From right to left, as long as the one who says so is trusted. What is further left anybody may have written. An
    /// entry that is no address ends the search at the last hop that is known.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all(&FORWARDED_FOR).iter().rev();
        let entries = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        let mut hop = peer.to_canonical();
        for entry in entries {
            match parse(entry) {
                Some(next) if self.trusts(hop) => hop = next,
                _ => break,
            }
        }
        hop
    }

    /// Whether this is one of the proxies.
    pub(crate) fn trusts(&self, hop: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&hop))
    }
}

/// What counts as one client: an IPv4 address, or the /64 that one IPv6 customer is given at least.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// An address, perhaps with a port, as some proxies write it.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(entry);
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = bare.parse().ok().or_else(with_port);
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(peer: &str, lines: &[&str]) -> String {
        let networks = ["10.0.0.0/8", "2001:db8:ffff::/48"].map(|network| network.parse().unwrap());
        let proxies = TrustedProxies::new(networks.to_vec());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                &FORWARDED_FOR,
                HeaderValue::from_bytes(line.as_bytes()).unwrap(),
            );
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, lines, expected) in [
            ("192.0.2.1", &[][..], "192.0.2.1"),
            ("::ffff:192.0.2.1", &[], "192.0.2.1"),
            // Whoever is not trusted speaks for nobody else.
            ("192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7"),
            // What the client itself sent stands further left.
            ("10.0.0.1", &["127.0.0.1, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["10.0.0.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            (
                "10.0.0.1",
                &["6.6.6.6,198.51.100.7 ,10.0.0.3, 10.0.0.2"],
                "198.51.100.7",
            ),
            (
                "10.0.0.1",
                &["6.6.6.6, 198.51.100.7", "10.0.0.2"],
                "198.51.100.7",
            ),
            // All trusted: the one furthest away.
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // Rubbish ends the search.
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7,"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7, _hidden, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["198.51.100.7, ü, 10.0.0.2"], "10.0.0.1"),
            ("10.0.0.1", &["1.2.3.4.5"], "10.0.0.1"),
            // With a port.
            ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("2001:db8:ffff::1", &["2001:db8::7"], "2001:db8::7"),
            ("2001:db8:fffe::1", &["2001:db8::7"], "2001:db8:fffe::1"),
        ] {
            assert_eq!(client(peer, lines), expected, "{peer} {lines:?}");
        }
    }
}
