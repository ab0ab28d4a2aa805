//! Which addresses a stranger may make the node connect to: those that anybody on the Internet could reach, no other.
//! Knows tables of IANA, no names and no sockets.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network: an address and how many of its leading bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether the address lies within the network. An IPv4 address in IPv6 notation is within no IPv4 network.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                same(u128::from(network.to_bits()), u128::from(address.to_bits()), 32, self.bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same(network.to_bits(), address.to_bits(), 128, self.bits)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    /// `10.0.0.0/8`, `fd00::/8`, or an address alone.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| ())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits <= most { Ok(Self { address, bits }) } else { Err(()) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Whether the two agree in their leading `bits` of `width`.
const fn same(one: u128, other: u128, width: u8, bits: u8) -> bool {
    bits == 0 || (one ^ other) >> (width - bits) == 0
}

/// Whether an address is global unicast: reachable by everybody, and one host's own.
///
/// What only stands for an IPv4 address (mapped, translated, tunnelled) is refused whole, whatever it stands for.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !within(address, SPECIAL_V4),
        IpAddr::V6(address) => {
            let global = same(address.to_bits(), GLOBAL_V6.0.to_bits(), 128, GLOBAL_V6.1);
            let special =
                |(network, bits): &(Ipv6Addr, u8)| same(address.to_bits(), network.to_bits(), 128, *bits);
            global && !SPECIAL_V6.iter().any(special)
        }
    }
}

fn within(address: Ipv4Addr, networks: &[(Ipv4Addr, u8)]) -> bool {
    let inside = |(network, bits): &(Ipv4Addr, u8)| {
        same(u128::from(address.to_bits()), u128::from(network.to_bits()), 32, *bits)
    };
    networks.iter().any(inside)
}

/// IPv4 that is not global unicast: IANA's registry of special-purpose addresses (RFC 6890), multicast, and what is
/// reserved.
const SPECIAL_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // this network, RFC 791
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private, RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by a carrier's customers, RFC 6598
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // this machine, RFC 1122
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, where clouds answer with credentials, RFC 3927
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private, RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments, RFC 6890
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation, RFC 5737
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // relays of 6to4, RFC 7526
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private, RFC 1918
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks, RFC 2544
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation, RFC 5737
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation, RFC 5737
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast, RFC 5771
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, and broadcast, RFC 1112
];

/// All IPv6 that is global unicast (RFC 4291 §2.4 as assigned): mapped, compatible, translated, unique local,
/// link-local and multicast addresses lie outside.
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What within it is no single host of the Internet.
const SPECIAL_V6: &[(Ipv6Addr, u8)] = &[
    // Teredo, benchmarks, ORCHID and other protocol assignments, RFC 2928.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation, RFC 3849
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),     // 6to4: an IPv4 address within, RFC 3056
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),     // documentation, RFC 9637
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last address of each network that nobody may be sent to, and some that are well known.
    const REFUSED: &str = "
        0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.1.2.3 10.255.255.255 100.64.0.0 100.64.0.1 100.100.100.200
        100.127.255.255 127.0.0.0 127.0.0.1 127.0.0.53 127.1.2.3 127.255.255.255 169.254.0.0 169.254.169.254
        169.254.170.2 169.254.255.255 172.16.0.0 172.16.0.1 172.17.0.1 172.20.10.1 172.31.255.255 192.0.0.0 192.0.0.1
        192.0.0.8 192.0.0.170 192.0.0.192 192.0.0.255 192.0.2.0 192.0.2.1 192.0.2.255 192.88.99.0 192.88.99.1
        192.88.99.255 192.168.0.0 192.168.0.1 192.168.1.1 192.168.122.1 192.168.255.255 198.18.0.0 198.18.0.1
        198.19.255.255 198.51.100.0 198.51.100.7 198.51.100.255 203.0.113.0 203.0.113.9 203.0.113.255 224.0.0.0
        224.0.0.1 224.0.0.251 232.1.1.1 239.255.255.250 239.255.255.255 240.0.0.0 240.0.0.1 250.1.1.1
        255.255.255.254 255.255.255.255
        :: ::1 ::2 ::7f00:1 ::10.0.0.1 ::8.8.8.8 ::ffff:0:0 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8
        ::ffff:169.254.169.254 ::ffff:255.255.255.255 ::ffff:0:127.0.0.1 64:ff9b:: 64:ff9b::127.0.0.1
        64:ff9b::8.8.8.8 64:ff9b::a9fe:a9fe 64:ff9b:1:: 64:ff9b:1::1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff
        100:: 100::1 100:0:0:1::1 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        2001:: 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:1::2 2001:2:: 2001:2::1 2001:3::1
        2001:4:112::1 2001:10::1 2001:1f::1 2001:20::1 2001:2f:ffff::1 2001:30::1 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff
        2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
        2002:: 2002:7f00:1::1 2002:a00:1::1 2002:808:808::1 2002:a9fe:a9fe::1 2002:ffff:ffff::1
        3fff:: 3fff::1 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff
        4000::1 5f00::1 6000::1 8000::1 a000::1 c000::1 e000::1 f000::1 f800::1
        fc00:: fc00::1 fd00::1 fd00:ec2::254 fd12:3456:789a::1 fdff:ffff::1 fe00::1 fe80:: fe80::1 fe80::a9fe:a9fe
        febf:ffff::1 fec0::1 feff::1 ff00:: ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1
        ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    ";

    /// Their neighbours on both sides, and addresses that everybody uses.
    const TAKEN: &str = "
        1.0.0.0 1.1.1.1 5.9.1.1 8.8.8.8 9.9.9.9 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0
        126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0
        192.0.3.0 192.31.196.1 192.52.193.1 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 192.175.48.1
        198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
        2000::1 2001:200::1 2001:4860:4860::8888 2001:67c::1 2001:db7:ffff::1 2001:db9::1 2003::1 2400:cb00::1
        2606:4700:4700::1111 2620:fe::fe 2620:4f:8000::1 2a00:1450:4001::1 2a01:4f8::1 2c0f:f248::1 3000::1
        3ffe:ffff::1 3fff:1000::1
    ";

    #[test]
    fn only_what_is_global_unicast_is_public() {
        let mut tried = 0;
        for (list, public) in [(REFUSED, false), (TAKEN, true)] {
            for text in list.split_whitespace() {
                assert_eq!(is_public(text.parse().unwrap()), public, "{text}");
                tried += 1;
            }
        }
        assert!(tried > 190, "{tried}");
    }

    #[test]
    fn every_address_of_a_special_network_is_refused_to_its_edges() {
        for (network, bits) in SPECIAL_V4 {
            let first = network.to_bits();
            let last = first | (u32::MAX >> bits);
            for step in 0..=16 {
                let address = first + ((last - first) / 16) * step;
                assert!(!is_public(Ipv4Addr::from_bits(address).into()), "{network}/{bits}");
            }
            assert!(!is_public(Ipv4Addr::from_bits(last).into()), "{network}/{bits}");
        }
        for (network, bits) in SPECIAL_V6 {
            let last = network.to_bits() | (u128::MAX >> bits);
            assert!(!is_public(Ipv6Addr::from_bits(last).into()), "{network}/{bits}");
        }
    }

    #[test]
    fn a_network_has_the_addresses_that_share_its_first_bits() {
        let inside = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        assert!(inside("127.0.0.0/8", "127.255.0.1") && inside("0.0.0.0/0", "9.9.9.9"));
        assert!(inside("10.1.2.3", "10.1.2.3") && inside("fd00::/8", "fdff::1"));
        assert!(!inside("127.0.0.0/8", "128.0.0.1") && !inside("10.1.2.3", "10.1.2.4"));
        assert!(!inside("127.0.0.0/8", "::ffff:127.0.0.1") && !inside("::/0", "127.0.0.1"));
        for wrong in
            ["", "/8", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "acme.example", "10.0.0.0/-1", "1.1.1.1/"]
        {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
