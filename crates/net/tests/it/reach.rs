//! Which addresses may be reached.

use std::net::IpAddr;
use tracework_net::Reach;

fn is_public(address: &str) -> bool {
    let address: IpAddr = address.parse().expect("an address");
    assert!(Reach::Anywhere.allows(address).is_ok());
    Reach::Public.allows(address).is_ok()
}

#[test]
fn public_addresses_are_reached() {
    for address in ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111", "::ffff:1.1.1.1"]
    {
        assert!(is_public(address), "{address}");
    }
}

#[test]
fn what_is_inside_is_not() {
    for address in [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "fec0::1",
        "4000::1",
    ] {
        assert!(!is_public(address), "{address}");
    }
}
