///usr/bin/env jbang "$0" "$@" ; exit $?
public class Broken {
    public static void main(String[] args) {
        int number = "text";
    }
}
