///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.18.2

import com.fasterxml.jackson.databind.ObjectMapper;

public class WithJackson {
    public static void main(String[] args) throws Exception {
        System.out.println(new ObjectMapper().readTree("{\"said\": \"" + args[0] + "\"}").path("said").asText());
    }
}
