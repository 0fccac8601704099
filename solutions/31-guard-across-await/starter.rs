//! The desk of a parcel shop: what it costs to send a parcel, by the tariff in force.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::RwLock;

/// An amount of money, in cents.
pub type Cents = u64;

/// A part of a hundred.
pub type Percent = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(pub u32);

/// How far a parcel goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone(pub u8);

/// What the head office has laid down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    pub edition: u32,
    /// The list price for each zone that is served.
    pub prices: BTreeMap<Zone, Cents>,
    /// No customer gets more than this off the list price.
    pub largest_discount: Percent,
}

/// What a customer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The edition of the tariff that the quote was made by.
    pub edition: u32,
    pub list_price: Cents,
    /// The list price less the customer's discount.
    pub price: Cents,
}

/// The tariff has no price for this zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotServed(pub Zone);

impl fmt::Display for NotServed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no parcels are sent to zone {}", self.0.0)
    }
}

impl Error for NotServed {}

/// The register of customers, which is asked over the network.
pub trait Register: 'static {
    /// The discount that was agreed on with a customer.
    fn discount(&self, customer: CustomerId) -> impl Future<Output = Percent>;
}

/// The desk. All tasks of the shop's one thread use it.
pub struct Desk<R> {
    register: R,
    tariff: RwLock<Tariff>,
}

impl<R: Register> Desk<R> {
    pub fn new(register: R, tariff: Tariff) -> Self {
        Desk { register, tariff: RwLock::new(tariff) }
    }

    /// What it costs a customer to send a parcel.
    pub async fn quote(&self, customer: CustomerId, zone: Zone) -> Result<Quote, NotServed> {
        let tariff = self.tariff.read().unwrap();
        let &list_price = tariff.prices.get(&zone).ok_or(NotServed(zone))?;
        let agreed = self.register.discount(customer).await;
        let discount = agreed.min(tariff.largest_discount);
        Ok(Quote { edition: tariff.edition, list_price, price: list_price - list_price * discount / 100 })
    }

    /// Puts a tariff into force.
    pub fn publish(&self, tariff: Tariff) {
        *self.tariff.write().unwrap() = tariff;
    }

    /// The edition in force, for the sign on the desk.
    pub fn edition(&self) -> u32 {
        self.tariff.read().unwrap().edition
    }
}
