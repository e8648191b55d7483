//! Vaults to export: some told, some random.
