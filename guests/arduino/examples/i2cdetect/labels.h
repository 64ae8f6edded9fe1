#define WIRE_LABEL "bus"
