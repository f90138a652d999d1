class lower {
    public static void main(String[] args) {
        System.out.println("lower");
    }
}
