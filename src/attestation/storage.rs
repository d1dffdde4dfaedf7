//! Where the data of a statement lies, and what readers make of what a registry says of it.

/// Where the data of a statement lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Storage {
    /// In the registry itself.
    #[default]
    Registry,
    /// On Arweave.
    Arweave,
    /// On IPFS.
    Ipfs,
    /// Wherever its attester says: the location that came last (sign-protocol-evm,
    /// `DataLocation.sol`, has four; the enum of sp-sdk 1.2.6 has three).
    Custom,
    /// The whole statement is elsewhere: the registry knows its id, who says it and since when.
    OffChain,
}

/// How a reader makes out what a registry says: not everybody reads with the same version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// As it is meant.
    #[default]
    AsMeant,
    /// Whatever stands where an off-chain statement has its time is a time: so is the 1 by which
    /// `sign` says that it is revoked.
    FlagAsTime,
    /// Data in a location that came later is nowhere.
    ThreeLocations,
}
