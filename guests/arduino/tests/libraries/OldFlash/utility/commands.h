// Winbond W25Q32JV revision G, section 8.1.2.
#define FLASH_WRITE_ENABLE 0x06
#define FLASH_STATUS 0x05
#define FLASH_READ 0x03
#define FLASH_PROGRAM 0x02
#define FLASH_ERASE 0x20
