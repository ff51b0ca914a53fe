// SPDX-License-Identifier: GPL-2.0-only
/*
 * enroll CERTIFICATE.der VARIABLES.fd OUT.fd: a copy of OVMF's variables in which "db", the keys that the firmware
 * trusts, holds the certificate. The kernel reads db when it starts (security/integrity/platform_certs/load_uefi.c).
 *
 * The firmware keeps its variables in flash memory, one behind the other (EDK2, MdeModulePkg/Include/Guid/
 * VariableFormat.h). A new machine has none, so ours is the first. Its value is a list of signatures (UEFI 2.10,
 * 32.4.1). All numbers are little endian, as on the machine that runs this.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct guid {
	uint8_t bytes[16];
};

/* gEfiAuthenticatedVariableGuid: aaf32c78-947b-439a-a180-2e144ec37792, how the store begins */
static const struct guid store_guid = {
	{0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92}};
/* EFI_IMAGE_SECURITY_DATABASE_GUID: d719b2cb-3d3a-4596-a3bc-dad00e67656f, whose variable db is */
static const struct guid database_guid = {
	{0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f}};
/* EFI_CERT_X509_GUID: a5c059a1-94e4-4aa7-87b5-ab155c2bf072 */
static const struct guid x509_guid = {
	{0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72}};

/* sizeof(VARIABLE_STORE_HEADER) */
#define STORE_HEADER_SIZE 28

#define VARIABLE_DATA 0x55aa /* StartId */
#define VAR_ADDED     0x3f   /* State */
/* EFI_VARIABLE_NON_VOLATILE, BOOTSERVICE_ACCESS, RUNTIME_ACCESS, TIME_BASED_AUTHENTICATED_WRITE_ACCESS */
#define ATTRIBUTES    0x27

/* EFI_TIME */
struct efi_time {
	uint16_t year;
	uint8_t month, day, hour, minute, second, pad1;
	uint32_t nanosecond;
	int16_t time_zone;
	uint8_t daylight, pad2;
} __attribute__((packed));

/* AUTHENTICATED_VARIABLE_HEADER; the name and the value follow. */
struct variable_header {
	uint16_t start_id;
	uint8_t state, reserved;
	uint32_t attributes;
	uint64_t monotonic_count;
	struct efi_time time;
	uint32_t pub_key_index;
	uint32_t name_size; /* bytes */
	uint32_t data_size; /* bytes */
	struct guid vendor;
} __attribute__((packed));

/* EFI_SIGNATURE_LIST without a header of its own, and the owner of its only EFI_SIGNATURE_DATA */
struct signature_list {
	struct guid type;
	uint32_t list_size, header_size, signature_size; /* bytes */
	struct guid owner;
} __attribute__((packed));

struct bytes {
	uint8_t *at;
	size_t size;
};

static void die(const char *file, const char *what)
{
	fprintf(stderr, "enroll: %s: %s\n", file, what);
	exit(1);
}

static struct bytes read_file(const char *path)
{
	struct bytes bytes = {0};
	FILE *file = fopen(path, "rb");

	if (!file || fseek(file, 0, SEEK_END))
		die(path, "can't be read");
	bytes.size = (size_t)ftell(file);
	bytes.at = malloc(bytes.size + 1);
	rewind(file);
	if (!bytes.at || fread(bytes.at, 1, bytes.size, file) != bytes.size)
		die(path, "can't be read");
	fclose(file);
	return bytes;
}

/* The variable db that holds the certificate. */
static struct bytes make_variable(struct bytes certificate)
{
	static const uint16_t name[] = {'d', 'b', 0};
	struct signature_list list = {
		.type = x509_guid,
		.list_size = (uint32_t)(sizeof(list) + certificate.size),
		.signature_size = (uint32_t)(sizeof(struct guid) + certificate.size),
		.owner = {{1}},
	};
	struct variable_header header = {
		.start_id = VARIABLE_DATA,
		.state = VAR_ADDED,
		.attributes = ATTRIBUTES,
		.time = {.year = 2026, .month = 1, .day = 1},
		.name_size = sizeof(name),
		.data_size = list.list_size,
		.vendor = database_guid,
	};
	struct bytes variable = {.size = sizeof(header) + sizeof(name) + list.list_size};
	uint8_t *at = variable.at = malloc(variable.size);

	if (!at)
		die("db", "no memory");
	memcpy(at, &header, sizeof(header));
	memcpy(at += sizeof(header), name, sizeof(name));
	memcpy(at += sizeof(name), &list, sizeof(list));
	memcpy(at + sizeof(list), certificate.at, certificate.size);
	return variable;
}

int main(int argc, char **argv)
{
	struct bytes flash, variable;
	uint8_t *store;
	FILE *out;

	if (argc != 4)
		die("usage", "enroll CERTIFICATE.der VARIABLES.fd OUT.fd");
	variable = make_variable(read_file(argv[1]));
	flash = read_file(argv[2]);
	store = memmem(flash.at, flash.size, &store_guid, sizeof(store_guid));
	if (!store || (size_t)(flash.at + flash.size - store) < STORE_HEADER_SIZE + variable.size)
		die(argv[2], "no store of authenticated variables, or no room in it");
	store += STORE_HEADER_SIZE;
	/* Flash memory that was never written is all ones. */
	for (size_t i = 0; i < variable.size; i++)
		if (store[i] != 0xff)
			die(argv[2], "there are variables already");
	memcpy(store, variable.at, variable.size);
	out = fopen(argv[3], "wb");
	if (!out || fwrite(flash.at, 1, flash.size, out) != flash.size || fclose(out))
		die(argv[3], "can't be written");
	free(variable.at);
	free(flash.at);
	return 0;
}
