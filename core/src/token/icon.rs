//! What stands for a token in the list.

/// A token's picture. Own pictures and brand marks join here later.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Icon {
    /// The issuer's first letter on a tile whose colour comes from its name.
    #[default]
    Letter,
    /// The same on a tile of the user's choice: 0 to 11, see the design's letter tiles.
    Tile(u8),
}

impl Icon {
    /// How many tile colours there are.
    pub const TILES: u8 = 12;

    /// The tile's colour: FNV-1a (32 bits) of the lower-case name modulo 12, so that it never changes.
    #[must_use]
    pub fn tile(&self, issuer: &str, account: &str) -> u8 {
        match self {
            Self::Tile(tile) => tile % Self::TILES,
            Self::Letter => {
                let name = if issuer.is_empty() { account } else { issuer }.to_lowercase();
                let hash =
                    name.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
                let [tile, ..] = (hash % u32::from(Self::TILES)).to_le_bytes();
                tile
            }
        }
    }
}
