#define WIRE_LABEL "display"
