extern int e(int);
struct fix { short v,d; void (*h)(void); };
static void quirk(void){ e(1); }
static const struct fix __pci_fixup_quirk __attribute__((used,section(".pci_fixup_final"))) = { 1,2, quirk };
static unsigned long whitelist __attribute__((used,section("_error_injection_whitelist"))) = (unsigned long)quirk;
static const struct fix irqprobe __attribute__((used,section("__irqchip_acpi_probe_table"))) = { 1,2, quirk };
asm(".section .BTF_ids,\"a\"\n .global __BTF_ID__x\n__BTF_ID__x: .long 0\n.previous");
static int dead __attribute__((used)) = 7;
int f(int a){ return e(a); }
