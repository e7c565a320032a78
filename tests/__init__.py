"""The tests mirror the package; the only fake is the emulator, at the network's edge."""
